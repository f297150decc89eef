"""detect-secrets as it is, only faster."""
