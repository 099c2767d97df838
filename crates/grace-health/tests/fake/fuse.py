#!/usr/bin/python3
"""A file system whose server reads each question and keeps the answer to itself: fuse.py DIR

Prints `mounted`. Answers all questions once a line comes in, and unmounts when the input ends.
"""
import ctypes, errno, os, select, struct, sys

INIT, STATFS, FORGET, INTERRUPT, BATCH_FORGET = 26, 17, 2, 36, 42
MNT_DETACH = 2

folder = sys.argv[1].encode()
libc = ctypes.CDLL(None, use_errno=True)
device = os.open("/dev/fuse", os.O_RDWR)
options = b"fd=%d,rootmode=40000,user_id=0,group_id=0" % device
if libc.mount(b"grace", folder, b"fuse.sshfs", 0, options) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))


def answer(unique, body=b"", error=0):
    os.write(device, struct.pack("<IiQ", 16 + len(body), -error, unique) + body)


def answer_statfs(unique):
    answer(unique, bytes(80))


print("mounted", flush=True)
waiting, answers = [], False
try:
    while True:
        ready, _, _ = select.select([device, 0], [], [])
        if 0 in ready:
            if not os.read(0, 64):
                break
            answers = True
            while waiting:
                answer_statfs(waiting.pop())
        if device in ready:
            question = os.read(device, 1 << 17)
            _, opcode, unique = struct.unpack_from("<IIQ", question)
            if opcode == INIT:
                answer(unique, struct.pack("<IIIIHHI", 7, 22, 0, 0, 8, 4, 4096))
            elif opcode == STATFS and answers:
                answer_statfs(unique)
            elif opcode == STATFS:
                waiting.append(unique)
            elif opcode not in (FORGET, INTERRUPT, BATCH_FORGET):
                answer(unique, error=errno.ENOSYS)
finally:
    libc.umount2(folder, MNT_DETACH)
