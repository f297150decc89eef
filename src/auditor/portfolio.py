"""Entities, repositories, accounts and readers: one frozen value from one file."""
