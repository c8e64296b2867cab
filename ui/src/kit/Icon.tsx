const PATHS = {
  check: 'M4.5 12.5l5 5 10-11',
  wave: 'M3 9c3-3 6-3 9 0s6 3 9 0M3 15c3-3 6-3 9 0s6 3 9 0',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.2',
  note: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v5M12 8v.2',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.5z',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  left: 'M14 6l-6 6 6 6',
  right: 'M10 6l6 6-6 6',
  up: 'M6 14l6-6 6 6',
  down: 'M6 10l6 6 6-6',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3.5 2',
  target: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 8a4 4 0 100 8 4 4 0 000-8z',
  basket: 'M4 9h16l-1.5 10h-13zM8 9l3-5M16 9l-3-5',
  tag: 'M4 4h8l8 8-8 8-8-8zM8.5 8.5v.1',
  send: 'M4 12l16-8-6 16-3-7z',
  home: 'M4 11l8-7 8 7v9h-5.5v-6h-5v6H4z',
  map: 'M4.9 8a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0M11.4 5a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0M8.4 13.5a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0M15.4 10a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0M17.4 17a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0M4.4 18.5a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0',
  groups: 'M9 4a4 4 0 100 8 4 4 0 000-8zM17.5 13a3 3 0 100 6 3 3 0 000-6zM7.5 16a2 2 0 100 4 2 2 0 000-4z',
  filter: 'M4 5h16l-6.5 7.5V19l-3 1.5v-8z',
  person: 'M12 4a4 4 0 100 8 4 4 0 000-8zM4.5 20.5c1-4 4-6 7.5-6s6.500 2 7.500 6',
  number: 'M9 4L7 20M17 4l-2 16M4 9h17M3 15h17',
  data: 'M12 3c4.400 0 8 1.300 8 3s-3.600 3-8 3-8-1.300-8-3 3.600-3 8-3zM4 6v12c0 1.700 3.600 3 8 3s8-1.300 8-3V6M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3',
  history: 'M4 5v5h5M4.500 10A8 8 0 1112 20a8 8 0 01-7.500-5M12 8v4.500l3 2',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  trash: 'M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13M10 11v5M14 11v5',
  undo: 'M4 5v5h5M4.500 10A8 8 0 1112 20',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  download: 'M12 4v11M7 11l5 5 5-5M4 20h16',
  upload: 'M12 16V5M7 9l5-5 5 5M4 20h16',
  key: 'M8 10.500a4 4 0 100 8 4 4 0 000-8zM11 12L20 4M16 7.500l2.500 2.500',
  logout: 'M10 4H5v16h5M15 8l4 4-4 4M19 12H9',
  more: 'M3.9 12a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0M10.9 12a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0M17.9 12a1.1 1.1 0 102.2 0 1.1 1.1 0 10-2.2 0',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  search: 'M10.500 4a6.500 6.500 0 100 13 6.500 6.500 0 000-13zM15.500 15.500L20 20',
  compare: 'M8 4v16M16 4v16M4 8h8M12 16h8',
  swap: 'M4 9h14M14 5l4 4-4 4M20 16H6M10 12l-4 4 4 4',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  link: 'M10 14a4 4 0 005.700 0l3-3a4 4 0 00-5.700-5.700l-1 1M14 10a4 4 0 00-5.700 0l-3 3a4 4 0 005.700 5.700l1-1',
  pause: 'M9 5v14M15 5v14',
  play: 'M8 5l11 7-11 7z',
  pulse: 'M3 12h4l3-7 4 14 3-7h4',
  lock: 'M5 11h14v9H5zM8 11V8a4 4 0 018 0v3',
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon in the colour of the text around it; always decoration, so hidden from screen readers. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" style={{ flex: 'none' }}>
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Shoal's mark: three fish of one shoal. */
export function Mark({ size = 24 }: { readonly size?: number }) {
  const fish = 'M0 0c2.5-3.6 6.1-3.6 8.6-.6L11 -2.6v5.2L8.6 .6C6.1 3.6 2.5 3.6 0 0z';
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" style={{ flex: 'none', fill: 'var(--accent)' }}>
      <path d={fish} transform="translate(.5 12) scale(1.12)" />
      <path d={fish} transform="translate(11.5 5.4) scale(1.05)" opacity=".72" />
      <path d={fish} transform="translate(11.5 18.6) scale(1.05)" opacity=".45" />
    </svg>
  );
}
