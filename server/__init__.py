"""The pages, the JSON API and the background work of Trạm Xa."""
