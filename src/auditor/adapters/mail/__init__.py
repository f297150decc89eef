"""Mail: one way to compose, and transports that hand a mail over once and say exactly what they know of its fate."""
