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
	other := newState(inner.engine, inner.resetID, m)
	other.namespace = inner.namespace
	return other
}

// CanReplaceLocked is what [Compact] asks first.
var CanReplaceLocked = canReplaceLocked

// Unsynced tells whether the open file in s leaves out a sync.
func Unsynced(s Store) bool {
	db := s.(*state).engine.(*file).open.db //nolint:forcetypeassert // a file of one process
	return db.NoSync || db.NoGrowSync || db.NoFreelistSync
}

// Small makes the limits of a store in a table small, so that a few records do what
// megabytes do.
func Small(s Store) Store {
	s.(*state).engine.(*table).limits = tableLimits{inline: 100, part: 40, batch: 4000} //nolint:forcetypeassert // a table
	return s
}
