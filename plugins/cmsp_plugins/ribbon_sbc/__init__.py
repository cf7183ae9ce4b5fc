"""Ribbon (Sonus) session border controllers, Edge and Core."""
