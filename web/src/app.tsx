import { useSyncExternalStore } from "react";
import { SECTIONS, type Section } from "./sections.ts";
import { useSession } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
};

const readSection = (): Section => SECTIONS.find(({ id }) => location.hash === `#/${id}`) ?? SECTIONS[0];

/** The shell: navigation, who is signed in, and the section that is open. */
export function App() {
  const session = useSession();
  const section = useSyncExternalStore(subscribe, readSection);
  const { api } = session;
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="bar">
        <span className="brand">
          <Logo />
          Portolan
        </span>
        <nav aria-label="Sections">
          {api !== undefined &&
            SECTIONS.map(({ id, title }) => (
              <a key={id} href={`#/${id}`} aria-current={id === section.id ? "page" : undefined}>
                {title}
              </a>
            ))}
        </nav>
        <ThemeSwitch />
        {session.hasKey && (
          <button type="button" className="quiet" onClick={() => session.signOut()}>
            Sign out
          </button>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        {api === undefined ? (
          <SignIn session={session} />
        ) : (
          <section.Content api={api} onRefused={(message) => session.signOut(message)} />
        )}
      </main>
    </>
  );
}

const Logo = () => (
  <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
    <path d="M16 2l3.600 10.400L30 16l-10.400 3.600L16 30l-3.600-10.400L2 16l10.400-3.600z" fill="currentColor" />
  </svg>
);
