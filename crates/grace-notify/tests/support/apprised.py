"""apprised.py SINK: `POST /notify/KEY` as Apprise API has it, by the real Apprise library.

Prints `READY port`. Whatever comes is handed to the library, which sends it on to SINK, a `json://` URL. The
answer is 200 if it did, 424 if it could not, 400 if it did not understand, and 204 for the key `an-unknown-key`.
"""
import http.server
import json
import sys

try:
    import apprise
except ImportError as error:
    print("MISSING", error, flush=True)
    sys.exit()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(self.notify(body))
        self.send_header("content-length", "0")
        self.end_headers()

    def notify(self, body):
        if self.path == "/notify/an-unknown-key":
            return 204
        is_known = body["type"] in apprise.NOTIFY_TYPES and body["format"] in apprise.NOTIFY_FORMATS
        if not is_known:
            return 400
        service = apprise.Apprise()
        service.add(sys.argv[1])
        sent = service.notify(
            title=body["title"],
            body=body["body"],
            notify_type=body["type"],
            body_format=body["format"],
        )
        return 200 if sent else 424

    def log_message(self, *words):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print("READY", server.server_port, flush=True)
server.serve_forever()
