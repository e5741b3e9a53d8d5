"""The map: a Folium page whose state comes from an edition and whose time our modules move."""
