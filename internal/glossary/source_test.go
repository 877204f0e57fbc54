package glossary_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// piece is a name that we gave, or a text that we wrote.
type piece struct {
	text string
	name bool
	line int
}

// pieces lists what the glossary is held against in a file: its own name,
// every identifier that it declares, and every literal text. Names of others,
// import paths and comments are left out.
func pieces(path string, source []byte) ([]piece, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	found := []piece{{text: strings.TrimSuffix(filepath.Base(path), ".go"), name: true, line: 1}}
	ast.Inspect(file, func(node ast.Node) bool {
		if _, path := node.(*ast.ImportSpec); path {
			return false
		}
		for _, name := range declared(node) {
			found = append(found, piece{name.Name, true, files.Position(name.Pos()).Line})
		}
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			found = append(found, texts(literal, files.Position(literal.Pos()).Line)...)
		}
		return true
	})
	return found, nil
}

// declared lists the identifiers that node itself declares.
func declared(node ast.Node) []*ast.Ident {
	switch n := node.(type) {
	case *ast.File:
		return []*ast.Ident{n.Name}
	case *ast.FuncDecl:
		return []*ast.Ident{n.Name}
	case *ast.TypeSpec:
		return []*ast.Ident{n.Name}
	case *ast.ValueSpec:
		return n.Names
	case *ast.Field:
		return n.Names
	case *ast.LabeledStmt:
		return []*ast.Ident{n.Label}
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			return identifiers(n.Lhs...)
		}
	case *ast.RangeStmt:
		if n.Tok == token.DEFINE {
			return identifiers(n.Key, n.Value)
		}
	}
	return nil
}

func identifiers(expressions ...ast.Expr) []*ast.Ident {
	var found []*ast.Ident
	for _, e := range expressions {
		if name, ok := e.(*ast.Ident); ok {
			found = append(found, name)
		}
	}
	return found
}

// single is a text that is a name: a log key, a member of JSON, a path.
var single = regexp.MustCompile(`^[A-Za-z0-9_./:-]+$`)

// texts lists the lines of a literal.
func texts(literal *ast.BasicLit, line int) []piece {
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return nil // The parser has taken it, so that it has a value.
	}
	if literal.Value[0] != '`' {
		return []piece{{text, single.MatchString(text), line}}
	}
	var found []piece
	for i, t := range strings.Split(text, "\n") {
		found = append(found, piece{t, single.MatchString(strings.TrimSpace(t)), line + i})
	}
	return found
}
