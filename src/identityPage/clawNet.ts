import * as vscode from 'vscode';

import { hostOf } from '../http/address.ts';
import type { Http } from '../http/send.ts';
import { askClawNet } from './clawNetApi.ts';
import { clawNetHtml, clawNetStatus } from './clawNetHtml.ts';
import { ClawNetSection } from './clawNetSection.ts';
import type { Action, ClawNetPart } from './page.ts';
import { identityTexts } from './texts.ts';

/** Where ClawNet is, and how to ask it. */
export interface ClawNetContext {
  readonly http: Http;
  /** The setting now. An empty one turns ClawNet off. */
  readonly apiUrl: () => string;
}

/** The ClawNet section about one BAP id, at the address in the settings. */
export class ClawNet {
  readonly #bapId: string;
  readonly #context: ClawNetContext;
  readonly #onChange: () => void;
  #current: { readonly apiUrl: string; readonly section: ClawNetSection } | undefined;

  constructor(bapId: string, context: ClawNetContext, onChange: () => void) {
    this.#bapId = bapId;
    this.#context = context;
    this.#onChange = onChange;
  }

  /** Undefined while ClawNet is turned off. */
  part(): ClawNetPart | undefined {
    const section = this.#section();
    if (section === undefined) return undefined;
    const { clawNet: texts } = identityTexts();
    const apiUrl = this.#context.apiUrl().trim();
    return {
      html: clawNetHtml(section.lists, hostOf(apiUrl), texts, vscode.env.language),
      status: clawNetStatus(section.lists, texts),
    };
  }

  /** Does what a button of the section asks for. Never rejects. */
  async run(action: Action): Promise<void> {
    const section = this.#section();
    if (action === 'askClawNet') await section?.ask();
    if (action === 'moreTrust') await section?.more('trust');
    if (action === 'moreVouches') await section?.more('vouches');
  }

  /** Ends the requests that are under way. */
  dispose(): void {
    this.#current?.section.dispose();
  }

  #section(): ClawNetSection | undefined {
    const apiUrl = this.#context.apiUrl().trim();
    if (apiUrl !== this.#current?.apiUrl) {
      // Another server has not said what this one has.
      this.dispose();
      this.#current = apiUrl === '' ? undefined : { apiUrl, section: this.#open(apiUrl) };
    }
    return this.#current?.section;
  }

  #open(apiUrl: string): ClawNetSection {
    return new ClawNetSection(
      (list, cursor, signal) => askClawNet(this.#context.http, apiUrl, list, this.#bapId, cursor, signal),
      this.#onChange,
    );
  }
}
