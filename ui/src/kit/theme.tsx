import { convertCssVariables, createTheme, type CSSVariablesResolver, DEFAULT_THEME, defaultCssVariablesResolver, defaultVariantColorsResolver, MantineProvider, type MantineColorsTuple, mergeMantineTheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { paletteVariables } from './palette.js';
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/Button.css';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/ScrollArea.css';
import '@mantine/core/styles/Combobox.css';
import '@mantine/core/styles/Input.css';
import '@mantine/core/styles/SegmentedControl.css';
import '@mantine/core/styles/FloatingIndicator.css';
import '@mantine/core/styles/Pill.css';
import '@mantine/core/styles/PillsInput.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Switch.css';
import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/Menu.css';
import '@mantine/core/styles/PasswordInput.css';
import '@mantine/core/styles/Loader.css';
import './tokens.css';

const sea: MantineColorsTuple = [
  '#e9f5f6', '#d2e8ea', '#a3d1d5', '#72b9c0', '#4ba3ac', '#2c8893', '#0b6472', '#095661', '#074850', '#053940',
];

const FONT = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Open Sans", Arial, sans-serif';
const MONO = 'ui-monospace, "SF Mono", "Cascadia Code", "Segoe UI Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

const theme = createTheme({
  colors: { sea },
  primaryColor: 'sea',
  primaryShade: { light: 6, dark: 4 },
  fontFamily: FONT,
  fontFamilyMonospace: MONO,
  headings: { fontFamily: FONT },
  defaultRadius: 'md',
  autoContrast: true,
  // Filled things are all of the primary colour, whose ink follows the scheme.
  variantColorResolver: (input) => ({ ...defaultVariantColorsResolver(input), ...(input.variant === 'filled' && { color: 'var(--mantine-primary-color-contrast)' }) }),
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** Mantine's own surfaces and inks, as the tokens have them: said for each scheme, since its stylesheet says them there too. */
const surfaces = {
  '--mantine-color-body': 'var(--ground)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-faint)',
  '--mantine-color-placeholder': 'var(--ink-faint)',
  '--mantine-color-default': 'var(--paper)',
  '--mantine-color-default-hover': 'var(--sunk)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
};

const shoalVariables: ReturnType<CSSVariablesResolver> = {
  variables: {},
  light: { ...surfaces, ...paletteVariables('light') },
  dark: {
    ...surfaces,
    ...paletteVariables('dark'),
    // Inputs, menus and tracks take their greys from here.
    '--mantine-color-dark-3': 'var(--ink-faint)',
    '--mantine-color-dark-4': 'var(--line-strong)',
    '--mantine-color-dark-5': 'var(--sunk)',
    '--mantine-color-dark-6': 'var(--paper)',
  },
};

/** The same as a stylesheet of its own: a <style> in the page would need the content policy to allow inline styles. */
function wear(): void {
  const whole = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
  const variables = {
    variables: { ...whole.variables, ...shoalVariables.variables },
    light: { '--mantine-color-scheme': 'light', ...whole.light, ...shoalVariables.light },
    dark: { '--mantine-color-scheme': 'dark', ...whole.dark, ...shoalVariables.dark },
  };
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(convertCssVariables(variables));
  document.adoptedStyleSheets.push(sheet);
}
wear();

/** Colours, type and components as Shoal wears them; follows the system's light or dark until the reader chooses. */
export function Theme({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider theme={theme} withCssVariables={false} withGlobalClasses={false} defaultColorScheme="auto">
      {children}
    </MantineProvider>
  );
}
