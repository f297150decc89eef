"""One pure module per report: snapshot in, view out."""
