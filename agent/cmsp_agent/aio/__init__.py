"""Asyncio in our house style: owned tasks, bounded channels, bounded threads, one reader of time."""
