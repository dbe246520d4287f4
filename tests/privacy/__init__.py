"""Tests of consents, export, erasure and retention."""
