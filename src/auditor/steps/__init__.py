"""One step, one file, one public function."""
