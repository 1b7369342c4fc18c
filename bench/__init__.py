"""Benchmarks: Hedgerow and its peers in one run, so that only ratios need be believed."""
