package store

// What tests need of the inside.
type (
	Engine    = engine
	Migration = migration
)

// WithMigrations returns the store in s as a version that has other migrations
// sees it.
func WithMigrations(s Store, m ...Migration) Store {
	inner := s.(*state) //nolint:forcetypeassert // all that Open returns
	return newState(inner.engine, inner.resetID, m)
}

// Unsynced tells whether the open file in s leaves out a sync.
func Unsynced(s Store) bool {
	db := s.(*state).engine.(*file).open.db //nolint:forcetypeassert // a file of one process
	return db.NoSync || db.NoGrowSync || db.NoFreelistSync
}
