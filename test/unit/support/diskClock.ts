import { CryptoClock } from './cryptoClock.ts';

/** Virtual time for code that works with real files: no time passes while a file operation is in progress. */
export class DiskClock extends CryptoClock {
  override async settle(): Promise<void> {
    do await super.settle();
    while (process.getActiveResourcesInfo().some(isFileOperation));
  }
}

function isFileOperation(resource: string): boolean {
  return resource.startsWith('FSReq') || resource === 'CloseReq';
}
