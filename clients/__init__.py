"""Tests with the programs that people open the service in: QGIS and GDAL, by `make test-clients`.

Apart from `tests`, as QGIS is large to install.
"""
