import { useEffect, useState, useSyncExternalStore } from "react";

/** What the user wants to see; `system` is what the browser says. */
export type Theme = "system" | "light" | "dark";

const STORED = "portolan.theme";
const DARK = "(prefers-color-scheme: dark)";

const readTheme = (): Theme => {
  const stored = localStorage.getItem(STORED);
  return stored === "light" || stored === "dark" ? stored : "system";
};

const show = (theme: Theme): void => {
  document.documentElement.dataset["theme"] = theme;
};

/** Shows the theme that was chosen last. */
export const restoreTheme = (): void => show(readTheme());

/** The theme, and how to choose another. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    show(theme);
    localStorage.setItem(STORED, theme);
    window.dispatchEvent(new Event("portolan-theme"));
  }, [theme]);
  return [theme, setTheme];
}

const subscribe = (onChange: () => void): (() => void) => {
  const media = matchMedia(DARK);
  media.addEventListener("change", onChange);
  window.addEventListener("portolan-theme", onChange);
  return () => {
    media.removeEventListener("change", onChange);
    window.removeEventListener("portolan-theme", onChange);
  };
};

const isDark = (): boolean => {
  const theme = document.documentElement.dataset["theme"];
  return theme === "dark" || (theme !== "light" && matchMedia(DARK).matches);
};

/** Whether the page is dark now. */
export const useIsDark = (): boolean => useSyncExternalStore(subscribe, isDark);
