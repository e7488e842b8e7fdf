// Runs before the first paint, so that a chosen theme never flashes the other one. A file, because the policy
// allows no script inside the page.
try {
  const theme = localStorage.getItem('aurora.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's theme it is.
}
