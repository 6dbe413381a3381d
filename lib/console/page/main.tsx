/**
 * The page: what is looked at, the parts of it, and what went wrong.
 *
 * @module
 */

/// <reference lib="dom" />

import { render } from "preact";
import type { ComponentChildren } from "preact";
import { STORIES } from "../stories.ts";
import { Cluster } from "./cluster.tsx";
import { InstanceView } from "./instance.tsx";
import { Log } from "./log.tsx";
import { Propose } from "./propose.tsx";
import { begin, tell } from "./sources.ts";
import { boot, story, trouble, type View, view } from "./state.ts";
import { Trust } from "./trust.tsx";

const NAMES: Readonly<Record<View, string>> = {
  cluster: "Cluster",
  instance: "Instance",
  trust: "Trust",
  log: "Log",
  propose: "Propose",
};

const VIEWS: readonly View[] = boot.mode === "live"
  ? ["cluster", "instance", "trust", ...boot.log === undefined ? [] : ["log" as const], "propose"]
  : ["instance", "trust"];

const PARTS: Readonly<Record<View, () => ComponentChildren>> = {
  cluster: () => <Cluster />,
  instance: () => <InstanceView />,
  trust: () => <Trust />,
  log: () => <Log />,
  propose: () => <Propose />,
};

function App() {
  return (
    <>
      <header>
        <h1>hetpaxos</h1>
        <p class="title">{boot.title}</p>
        <Tabs />
      </header>
      {trouble.value !== "" && <p class="trouble" role="alert">{trouble}</p>}
      <div class={boot.mode === "demo" ? "told" : ""}>
        {boot.mode === "demo" && <Stories />}
        <main>
          <div id="part" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${view.value}`}>
            {PARTS[view.value]()}
          </div>
        </main>
      </div>
    </>
  );
}

/** One tab is in the order of focus; arrows move between them. */
function Tabs() {
  const go = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    const next = VIEWS[(VIEWS.indexOf(view.value) + by + VIEWS.length) % VIEWS.length]!;
    view.value = next;
    document.getElementById(`tab-${next}`)?.focus();
    event.preventDefault();
  };
  return (
    <div class="tabs" role="tablist" aria-label="What to look at" onKeyDown={go}>
      {VIEWS.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          id={`tab-${each}`}
          aria-controls="part"
          aria-selected={view.value === each}
          tabIndex={view.value === each ? 0 : -1}
          onClick={() => view.value = each}
        >
          {NAMES[each]}
        </button>
      ))}
    </div>
  );
}

function Stories() {
  const { text } = STORIES[story.value]!;
  return (
    <section class="stories" aria-label="Stories">
      <ol>
        {STORIES.map(({ title }, index) => (
          <li key={title}>
            <button
              type="button"
              aria-current={story.value === index ? "step" : undefined}
              onClick={() => tell(index)}
            >
              {`${index + 1}. ${title}`}
            </button>
          </li>
        ))}
      </ol>
      <div class="story">{text.map((paragraph) => <p key={paragraph}>{paragraph}</p>)}</div>
    </section>
  );
}

render(<App />, document.getElementById("app")!);
begin().catch((error) => trouble.value = String(error));
