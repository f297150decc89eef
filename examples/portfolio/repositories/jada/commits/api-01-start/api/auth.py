"""Who is calling: tokens of registered guests and of the crew."""

import os

import jwt


def require_user(event):
    """Claims of a valid token; None for everyone else."""
    header = (event.get("headers") or {}).get("authorization", "")
    try:
        return jwt.decode(header.removeprefix("Bearer "), os.environ["JWT_SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return None
