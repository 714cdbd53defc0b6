import { rmSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildTestExtension } from '../e2e/testExtension.ts';
import { onExit } from '../vscode/cleanup.ts';
import { vsixFile } from '../vscode/paths.ts';
import { createFolder, startServer, type ServerProcess } from '../vscode/serverProcess.ts';
import { ensureTheia, theiaEntry } from './install.ts';

/** Runs its arguments in a session with a keyring of its own, which is unlocked. */
const WITH_KEYRING: [string, ...string[]] = [
  'dbus-run-session',
  '--',
  'sh',
  '-c',
  'printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"',
  'sh',
];

/** Theia with the package and test/consumer, as a user's computer would have it. */
export class Theia {
  readonly #folder: string;
  readonly #hasKeyring: boolean;
  #server: ServerProcess | undefined;
  /** Of earlier servers. */
  #output = '';

  private constructor(folder: string, hasKeyring: boolean) {
    this.#folder = folder;
    this.#hasKeyring = hasKeyring;
    onExit(() => {
      rmSync(folder, { recursive: true, force: true });
    });
  }

  static async start(settings: Record<string, unknown>, hasKeyring: boolean): Promise<Theia> {
    await ensureTheia();
    const folder = createFolder();
    const theia = new Theia(folder, hasKeyring);
    await mkdir(theia.#plugins, { recursive: true });
    await mkdir(path.join(folder, 'home/.cache'), { recursive: true }); // the keyring has a socket there
    await writeFile(path.join(theia.#config, 'settings.json'), JSON.stringify(settings));
    await copyFile(vsixFile, path.join(theia.#plugins, path.basename(vsixFile)));
    await cp(await buildTestExtension('consumer'), path.join(theia.#plugins, 'consumer'), {
      recursive: true,
    });
    await theia.#run(0);
    return theia;
  }

  /** A web view has a host name below this one. Below `localhost` it would be another site, without storage. */
  get url(): string {
    return `http://theia.localhost:${this.#server?.port ?? 0}/`;
  }

  /** What the servers have printed: Theia's log, with that of the extension host. */
  get output(): string {
    return this.#output + (this.#server?.output() ?? '');
  }

  /** What Theia has written of the global states of its extensions. It writes once a minute, and not at its end. */
  async globalState(): Promise<string> {
    const file = path.join(this.#config, 'plugin-storage/global-state.json');
    return readFile(file, 'utf8').catch(() => '');
  }

  /** Ends the server and starts it again, with its files and its keyring. */
  async restart(): Promise<void> {
    const port = this.#server?.port ?? 0;
    await this.#end();
    await this.#run(port);
  }

  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #run(port: number): Promise<void> {
    this.#server = await startServer(path.join(this.#folder, 'run'), {
      ...(this.#hasKeyring && { runner: WITH_KEYRING }),
      args: [theiaEntry, ...['--hostname', '127.0.0.1', '--port', String(port)]],
      listening: /Theia app listening on http:\/\/127\.0\.0\.1:(\d+)/,
      env: { HOME: path.join(this.#folder, 'home'), THEIA_CONFIG_DIR: this.#config },
    });
  }

  async #end(): Promise<void> {
    this.#output = this.output;
    await this.#server?.stop();
    this.#server = undefined;
  }

  get #config(): string {
    return path.join(this.#folder, 'config');
  }

  /** Theia installs what it finds here. */
  get #plugins(): string {
    return path.join(this.#config, 'plugins');
  }
}
