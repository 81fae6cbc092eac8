import type { ComponentType } from "react";
import type { Api } from "./api.ts";
import { LivePage } from "./live/live-page.tsx";

/** What every section of the page is given. */
export interface SectionProps {
  readonly api: Api;
  /** To be called when the gateway refuses the key. */
  readonly onRefused: (message: string) => void;
}

/** A section of the page: its place after `#/`, its name in the navigation, and what it shows. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly Content: ComponentType<SectionProps>;
}

/** All sections in the order of the navigation; the first is where one begins. */
export const SECTIONS: readonly [Section, ...Section[]] = [{ id: "live", title: "Live", Content: LivePage }];
