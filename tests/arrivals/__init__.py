"""Tests of hosts and of what they are told."""
