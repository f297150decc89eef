"""Endpoints of back ends with their guards, the calls of front ends, and what is wrong between them."""

from scanners.endpoints.scanner import Endpoints

__all__ = ["Endpoints"]
