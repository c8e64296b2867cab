/** Lets a plain `<a href="/w/…">`, as the charts and cards shared with the report have them, change the page without loading it anew. */
export function followLinks(router: { readonly history: { push(path: string): void } }): void {
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return;
    if (!link.pathname.startsWith('/w/') || (link.hash && link.pathname === window.location.pathname)) return;
    event.preventDefault();
    router.history.push(link.pathname + link.search + link.hash);
  });
}
