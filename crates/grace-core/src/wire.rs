//! The forms at the edges: health documents and policies in, reports out.
