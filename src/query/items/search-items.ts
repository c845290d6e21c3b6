/** What a query needs to know of an event; only that is looked for. */
export interface Wants {
  pid?: boolean;
  ppid?: boolean;
  uid?: boolean;
  euid?: boolean;
  loginuid?: boolean;
  gid?: boolean;
  egid?: boolean;
  session?: boolean;
  exit?: boolean;
  success?: boolean;
  arch?: boolean;
  file?: boolean;
  host?: boolean;
  terminal?: boolean;
  exe?: boolean;
  comm?: boolean;
  key?: boolean;
  subject?: boolean;
  object?: boolean;
  vm?: boolean;
  uuid?: boolean;
}

/** Whether something was done: what `success=`, `res=` or an AVC's verdict says. */
export const SUCCESS_UNSET = -1;
export const SUCCESS_FAILED = 0;
export const SUCCESS_YES = 1;

/** A file of an event, with the role that its PATH record gives it (`NORMAL`, `PARENT` ...). */
export interface FileItem {
  readonly name: string;
  readonly role: string | undefined;
}

/** One access vector decision, or one label of a subject or an object. */
export interface AvcItem {
  subject?: string;
  object?: string;
  tclass?: string;
  permission?: string;
  /** 0 unset, 1 denied, 2 granted. */
  result: 0 | 1 | 2;
}

/** No user id was found; -1 is a value of its own, "unset". */
export const NO_LOGINUID = -2;
/** No session id was found. */
export const NO_SESSION = -2;

/**
 * What was found in the records of one event. A field that was not wanted, or not found, keeps its initial
 * value. Later records override earlier ones where ausearch does so.
 */
export class SearchItems {
  pid = -1;
  ppid = -1;
  uid = -1;
  euid = -1;
  loginuid: number = NO_LOGINUID;
  gid = -1;
  egid = -1;
  session: number = NO_SESSION;
  exit: number | undefined = undefined;
  success: number = SUCCESS_UNSET;
  syscall = -1;
  arch = 0;
  files: FileItem[] | undefined = undefined;
  cwd: string | undefined = undefined;
  host: string | undefined = undefined;
  terminal: string | undefined = undefined;
  exe: string | undefined = undefined;
  comm: string | undefined = undefined;
  keys: string[] | undefined = undefined;
  avcs: AvcItem[] | undefined = undefined;
  acct: string | undefined = undefined;
  vm: string | undefined = undefined;
  uuid: string | undefined = undefined;
  /** First two system call arguments, low 32 bits: what `-i` needs to read the others. */
  a0 = 0;
  a1 = 0;

  addAvc(item: AvcItem): void {
    (this.avcs ??= []).push(item);
  }

  addKey(key: string): void {
    (this.keys ??= []).push(key);
  }
}
