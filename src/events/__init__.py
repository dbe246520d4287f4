"""Empfang."""
