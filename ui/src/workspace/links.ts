/** Lets a plain `<a href="/w/…">`, as the charts and cards shared with the report have them, change the page without loading it anew. */
export function followLinks(router: { readonly history: { push(path: string): void } }): void {
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const path = pathOf(event.target);
    if (path === undefined) return;
    event.preventDefault();
    router.history.push(path);
  });
}

/** Where a link of the workspace that something is part of leads; undefined where it leads out, to a file, or elsewhere on the page. */
export function pathOf(target: EventTarget | null): string | undefined {
  const link = target instanceof Element ? target.closest('a[href]') : undefined;
  if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return undefined;
  if (!link.pathname.startsWith('/w/') || (link.hash && link.pathname === window.location.pathname)) return undefined;
  return link.pathname + link.search + link.hash;
}
