"""Tests of the contact exchange."""
