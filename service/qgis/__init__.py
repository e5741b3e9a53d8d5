"""The layers as a file that QGIS opens: styled as the map is, and set up for its clock."""
