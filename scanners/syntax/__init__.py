"""Programs in Python, JavaScript and TypeScript as one small tree, so that a question is asked once for all of them."""
