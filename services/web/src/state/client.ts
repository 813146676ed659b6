// The account of this browser at the server that this page comes from. What is kept here is shared with the
// other tabs.
import {
  browserPage,
  browserSeats,
  browserStorage,
  Client,
  recall as recallFrom,
  remember as rememberIn,
} from '@whoosh/sdk';

const storage = browserStorage();

export const client = new Client({ storage, seats: browserSeats(storage), page: browserPage });

export const remember = (key: string, value: unknown) => rememberIn(storage, key, value);
export const recall = <T>(key: string) => recallFrom<T>(storage, key);
export const forget = (key: string) => storage.delete(key);
