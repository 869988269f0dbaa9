// Links the brand of the application named in the address before anything is painted, so that no other colour flashes.
// Written into the document, since only such a link holds back the first paint in every browser.
(() => {
  const application = new URLSearchParams(location.search).get("a");
  if (!location.pathname.startsWith("/apply") || !/^[0-9a-f-]{32,36}$/.test(application || "")) return;
  document.write(`<link rel="stylesheet" href="/brand.css?a=${application}">`);
})();
