"""A moto server behind a thin layer: answers what moto lacks, denies, throttles, delays, back-dates and counts."""
