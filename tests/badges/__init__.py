"""Tests of badges, place cards and the print station."""
