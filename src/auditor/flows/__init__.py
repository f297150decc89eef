"""The uses, each a straight line through the steps."""
