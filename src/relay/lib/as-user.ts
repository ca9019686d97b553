/**
 * Root as another user from here on, with that user's group and none of root's, until the function that is returned
 * is called: a link in that user's folders leads root nowhere. Who is not root stays as he is.
 */
export const becomeUser = (user: string): (() => void) => {
  if (process.geteuid?.() !== 0) return () => {};
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([user]);
  process.setegid?.(user);
  process.seteuid?.(user);
  return () => {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  };
};

/** The same, and never root again. */
export const becomeUserForGood = (user: string): void => {
  if (process.geteuid?.() !== 0) return;
  process.setgroups?.([user]);
  process.setgid?.(user);
  process.setuid?.(user);
};

/** Does one thing as another user. */
export const asUser = <R>(user: string, action: () => R): R => {
  const back = becomeUser(user);
  try {
    return action();
  } finally {
    back();
  }
};
