"""diffkit: how exact is a derivative, and why?"""
from typing import Any
