import { type Theme, useTheme } from "./theme.ts";

const THEMES: Readonly<Record<Theme, { readonly name: string; readonly next: Theme; readonly icon: string }>> = {
  system: { name: "as the system", next: "light", icon: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12" },
  light: {
    name: "light",
    next: "dark",
    icon: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  },
  dark: { name: "dark", next: "system", icon: "M13 9.500A5.500 5.500 0 0 1 6.500 3 5.500 5.500 0 1 0 13 9.500z" },
};

/** Goes from the system's colours to light to dark and back. */
export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  const { name, next, icon } = THEMES[theme];
  const label = `Colours: ${name}. Change to ${THEMES[next].name}.`;
  return (
    <button type="button" className="quiet icon" aria-label={label} title={label} onClick={() => setTheme(next)}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path
          d={icon}
          fill={theme === "light" ? "none" : "currentColor"}
          fillOpacity={theme === "system" ? 0.35 : 1}
          stroke="currentColor"
          strokeWidth="1.200"
          strokeLinecap="round"
        />
      </svg>
    </button>
  );
}
