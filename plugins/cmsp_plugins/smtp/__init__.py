"""Notification channel: mail."""
