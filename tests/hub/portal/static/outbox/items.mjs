// A hand-in as the outbox keeps it.
export const item = (more = {}) => ({
  key: "k1", who: "an", course: "a", lesson: "b", release: 7, language: "vi", page: "/a/b", title: "Bài",
  state: "waiting", tried: false, at: 1000, revision: 3, answers: { so: "1" }, ...more,
});
