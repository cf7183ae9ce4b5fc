"""Notification channel: JSON to a web address."""
