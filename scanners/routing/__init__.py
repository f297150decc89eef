"""Follow a request through a program: branches on path, method or action, and the guards on the way."""
