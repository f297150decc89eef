"""One file or folder per seam to the world outside."""
