package dataset

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFolderSplits tells splits from classes in the ways that people arrange folders.
func TestFolderSplits(t *testing.T) {
	for name, tt := range map[string]struct {
		files                   string
		train, validation, test string // name:class of each image
		left                    string
		unlabelled              string
	}{
		"loose":                    {files: "a b", train: "a b"},
		"classes":                  {files: "dog/a cat/b", train: "cat/b:cat dog/a:dog"},
		"one class":                {files: "cat/a", train: "cat/a:cat"},
		"nested classes":           {files: "cat/b dog/poodle/a dog/pug/c", train: "cat/b:cat dog/poodle/a:dog dog/pug/c:dog"},
		"splits":                   {files: "train/a test/b val/c", train: "train/a", validation: "val/c", test: "test/b"},
		"in other words":           {files: "Training/a TESTING/b Valid/c", train: "Training/a", validation: "Valid/c", test: "TESTING/b"},
		"with more words":          {files: "train_images/a test_images/b valset/c", train: "train_images/a", validation: "valset/c", test: "test_images/b"},
		"as sets":                  {files: "training-set/cat/a Test_Set/cat/b", train: "training-set/cat/a:cat", test: "Test_Set/cat/b:cat"},
		"in longer names":          {files: "seg_train/cat/a seg_test/cat/b seg_test/dog/c", train: "seg_train/cat/a:cat", test: "seg_test/cat/b:cat seg_test/dog/c:dog"},
		"with years":               {files: "train2017/a val2017/b", train: "train2017/a", test: "", validation: "val2017/b"},
		"twice":                    {files: "seg_train/seg_train/cat/a seg_test/seg_test/cat/b", train: "seg_train/seg_train/cat/a:cat", test: "seg_test/seg_test/cat/b:cat"},
		"with images":              {files: "Final_Training/Images/00/a Final_Training/Images/01/b Final_Test/Images/c", train: "Final_Training/Images/00/a:00 Final_Training/Images/01/b:01", test: "Final_Test/Images/c"},
		"other names":              {files: "left_train/a right_test/b", train: "left_train/a:left_train right_test/b:right_test"},
		"trains":                   {files: "steam_train/a bullet_train/b", train: "bullet_train/b:bullet_train steam_train/a:steam_train"},
		"words alone":              {files: "set/a images/b train_test/c", train: "images/b:images set/a:set train_test/c:train_test"},
		"with classes":             {files: "train/cat/a test/cat/b test/dog/x/c", train: "train/cat/a:cat", test: "test/cat/b:cat test/dog/x/c:dog"},
		"defects":                  {files: "train/good/a test/good/b test/scratch/c", train: "train/good/a:good", test: "test/good/b:good test/scratch/c:scratch"},
		"loose training":           {files: "train/a test/good/b", train: "train/a", test: "test/good/b:good"},
		"wrapped":                  {files: "data/flowers/train/a data/flowers/test/b", train: "data/flowers/train/a", test: "data/flowers/test/b"},
		"wrapped classes":          {files: "data/cat/a data/dog/b", train: "data/cat/a:cat data/dog/b:dog"},
		"splits inside":            {files: "cat/train/a cat/test/b dog/Train/c dog/val/d", train: "cat/train/a:cat dog/Train/c:dog", validation: "dog/val/d:dog", test: "cat/test/b:cat"},
		"beside splits":            {files: "train/a test/b extra/c extra/d e", train: "train/a", test: "test/b", left: "3 images beside the splits (extra 2, others 1)"},
		"beside classes":           {files: "cat/a b c dog/d", train: "cat/a:cat dog/d:dog", left: "2 images beside the class folders"},
		"a class test":             {files: "cat/a test/b", train: "cat/a:cat test/b:test"},
		"a class train":            {files: "bus/a train/b car/c ship/d", train: "bus/a:bus car/c:car ship/d:ship train/b:train"},
		"train and others":         {files: "train/b masks/a more/c", train: "train/b", left: "2 images beside the splits (masks 1, more 1)"},
		"train and classes":        {files: "bus/a train/bus/b car/c", train: "train/bus/b:bus", left: "2 images beside the splits (bus 1, car 1)"},
		"test and classes":         {files: "cat/a dog/b test/cat/c", train: "cat/a:cat dog/b:dog", test: "test/cat/c:cat"},
		"test and loose":           {files: "a test/b", train: "a", test: "test/b"},
		"no training":              {files: "test/cat/a val/cat/b", validation: "val/cat/b:cat", test: "test/cat/a:cat"},
		"ground truth":             {files: "train/good/a test/bad/b ground_truth/bad/c", train: "train/good/a:good", test: "test/bad/b:bad", left: "1 image beside the splits (ground_truth 1)"},
		"unlabelled":               {files: "cat/a dog/b unlabelled/c unlabelled/x/d", train: "cat/a:cat dog/b:dog", unlabelled: "unlabelled/c unlabelled/x/d"},
		"unlabeled":                {files: "train/cat/a train/Unlabeled/c test/cat/b", train: "train/cat/a:cat", unlabelled: "train/Unlabeled/c", test: "test/cat/b:cat"},
		"beside train":             {files: "train/cat/a test/cat/b unlabelled/c", train: "train/cat/a:cat", unlabelled: "unlabelled/c", test: "test/cat/b:cat"},
		"beside the splits inside": {files: "cat/train/a cat/test/b unlabelled/c", train: "cat/train/a:cat", unlabelled: "unlabelled/c", test: "cat/test/b:cat"},
		"unlabelled test":          {files: "train/cat/a test/cat/b test/unlabelled/c", train: "train/cat/a:cat", test: "test/cat/b:cat", left: "1 image without a label"},
		"no class":                 {files: "unlabelled/a b", train: "b unlabelled/a"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{}
			for f := range strings.FieldsSeq(tt.files) {
				files[f+".png"] = gray(1, 1, 0)
			}
			folder := writeFiles(t, files)
			var left leftOut
			_, root, err := walk(folder, &left)
			if err != nil {
				t.Fatal(err)
			}
			s := splitFolder(root, &left)
			text := func(files []imageFile) string {
				var words []string
				for _, f := range files {
					name, _ := filepath.Rel(folder, f.path)
					word := strings.TrimSuffix(filepath.ToSlash(name), ".png")
					if f.class != "" {
						word += ":" + f.class
					}
					words = append(words, word)
				}
				return strings.Join(words, " ")
			}
			got := []string{text(s.train), text(s.validation), text(s.test), strings.Join(left.lines(), ", "), text(s.unlabelled)}
			if d := cmp.Diff([]string{tt.train, tt.validation, tt.test, tt.left, tt.unlabelled}, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestSplitsOfData loads what the folders tell: validation images, classes of test alone.
func TestSplitsOfData(t *testing.T) {
	d, err := load(t, writeFiles(t, map[string][]byte{
		"train/good/a.png": gray(1, 1, 1), "train/good/b.png": gray(1, 1, 2), "val/good/c.png": gray(1, 1, 3),
		"test/good/d.png": gray(1, 1, 4), "test/bad/e.png": gray(1, 1, 5),
	}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	one := Shape{H: 1, W: 1, C: 1}
	want := &Data{
		Name: d.Name, Classes: []string{"bad", "good"}, Report: d.Report, Warnings: d.Warnings,
		Train:      &Images{Shape: one, Pixels: []byte{1, 2}, Labels: []int{1, 1}, Names: []string{"train/good/a.png", "train/good/b.png"}},
		Validation: &Images{Shape: one, Pixels: []byte{3}, Labels: []int{1}, Names: []string{"val/good/c.png"}},
		Test:       &Images{Shape: one, Pixels: []byte{5, 4}, Labels: []int{0, 1}, Names: []string{"test/bad/e.png", "test/good/d.png"}},
	}
	if diff := cmp.Diff(want, d, cmp.AllowUnexported(Report{}, leftOut{}, reason{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := d.Validate(); err != nil {
		t.Error(err)
	}
	if all := d.All(); !slices.Equal(all.Pixels, []byte{1, 2, 3, 5, 4}) || !slices.Equal(all.Labels, []int{1, 1, 1, 0, 1}) {
		t.Errorf("all: %+v", all)
	}

	// Validation images alone are the held-out ones.
	if d, err = load(t, writeFiles(t, map[string][]byte{"train/a.png": gray(1, 1, 1), "valid/b.png": gray(1, 1, 2)}), Options{}); err != nil {
		t.Fatal(err)
	}
	if lines := d.Report.Lines(); !slices.Contains(lines, "splits: train 1, validation 1 (which test, as there are no others for that)") {
		t.Errorf("%q", lines)
	}
	if d.Validation != nil || !slices.Equal(d.Test.Pixels, []byte{2}) || d.Classes != nil || d.Test.Labels != nil {
		t.Errorf("%+v", d)
	}
}

// TestLimitReadsWhatItNeeds holds out the same images as without a limit, keeps some from
// everywhere, and opens no other.
func TestLimitReadsWhatItNeeds(t *testing.T) {
	files := map[string][]byte{}
	for i := range 30 {
		files[string(rune('a'+i))+".png"] = gray(1, 1, byte(i))
	}
	all, err := load(t, writeFiles(t, files), Options{})
	if err != nil {
		t.Fatal(err)
	}
	some := all.Train.Select([]int{0, 6, 13, 20}) // of 27
	used := append(slices.Clone(some.Names), all.Test.Names...)
	for name := range maps.Keys(files) {
		if !slices.Contains(used, name) {
			files[name] = []byte("no image")
		}
	}
	d, err := load(t, writeFiles(t, files), Options{Limit: 4})
	if err != nil {
		t.Fatal(err)
	}
	if !d.Train.Equal(some) || !d.Test.Equal(all.Test) {
		t.Errorf("training %q and test %q, want %q and %q", d.Train.Names, d.Test.Names, some.Names, all.Test.Names)
	}
	if d.Report.Images != 30 || d.Report.Used != 4+all.Test.Len() {
		t.Errorf("report %+v", d.Report)
	}
}

// TestLimitKeepsClasses: a few images of a folder are of all its classes, in their order.
func TestLimitKeepsClasses(t *testing.T) {
	files := map[string][]byte{"test/cat/x.png": gray(1, 1, 0)}
	for i := range 5 {
		for _, class := range []string{"cat", "dog", "eel"} {
			files["train/"+class+"/"+strconv.Itoa(i)+".png"] = gray(1, 1, byte(i))
		}
	}
	d, err := load(t, writeFiles(t, files), Options{Limit: 6})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"train/cat/0.png", "train/cat/2.png", "train/dog/0.png", "train/dog/2.png", "train/eel/0.png", "train/eel/2.png"}
	if !slices.Equal(d.Train.Names, want) || !slices.Equal(d.Train.Labels, []int{0, 0, 1, 1, 2, 2}) {
		t.Errorf("%q, %v", d.Train.Names, d.Train.Labels)
	}
}

// TestSkipBad leaves out what cannot be read, and counts it.
func TestSkipBad(t *testing.T) {
	good := gray(1, 2, 7)
	folder := writeFiles(t, map[string][]byte{
		"train/a/1.png": good, "train/a/2.png": good[:30], "train/b/3.png": good, "train/b/4.png": good[:len(good)-20], "test/a/5.png": {1}, "test/b/6.png": good,
	})
	d, err := load(t, folder, Options{SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.Train.Names, []string{"train/a/1.png", "train/b/3.png"}) || !slices.Equal(d.Test.Names, []string{"test/b/6.png"}) || !slices.Equal(d.Test.Labels, []int{1}) {
		t.Errorf("train %+v, test %+v", d.Train, d.Test)
	}
	if d.Train.Number(1) != 2 || d.Test.Number(0) != 1 {
		t.Errorf("files that cannot be read change the numbers to %d and %d", d.Train.Number(1), d.Test.Number(0))
	}
	if !slices.Equal(d.Report.LeftOut, []string{"3 images that cannot be read"}) || d.Report.Used != 3 {
		t.Errorf("report %+v", d.Report)
	}
	folder = writeFiles(t, map[string][]byte{"train/1.png": good, "test/5.png": {1}})
	_, err = load(t, folder, Options{SkipBad: true})
	wantError(t, err, "none of the 1 test images can be read")
	folder = writeFiles(t, map[string][]byte{"train/1.png": {2}, "test/5.png": {1}})
	_, err = load(t, folder, Options{SkipBad: true})
	wantError(t, err, "2 of 2 images cannot be read: test/5.png is no picture")
}

// TestUnlabelledData: images without a label are given to those who ask for them, and count as
// left out for others.
func TestUnlabelledData(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{
		"train/cat/a.png": gray(1, 1, 1), "train/dog/b.png": gray(1, 1, 2), "train/unlabelled/c.png": gray(1, 1, 3), "train/unlabelled/d.png": gray(1, 1, 4),
		"test/cat/e.png": gray(1, 1, 5),
	})
	for _, limit := range []int{0, 1} {
		d, err := load(t, folder, Options{Unlabelled: true, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		want := []byte{3, 4}
		if limit == 1 {
			want = want[:1]
		}
		if u := d.Unlabelled; u == nil || !slices.Equal(u.Pixels, want) || u.Labels != nil || u.Names[0] != "train/unlabelled/c.png" {
			t.Errorf("limit %d: %+v", limit, u)
		}
		if err := d.Validate(); err != nil {
			t.Error(err)
		}
		if limit == 0 && !slices.Contains(d.Report.Lines(), "2 images without a label") {
			t.Errorf("%q", d.Report.Lines())
		}
	}
	unseen, err := ReadSplit(t.Context(), folder, UnseenSplit, Options{})
	if err != nil || unseen.Len() != 0 { // there are images for testing
		t.Errorf("unseen: %+v, %v", unseen, err)
	}
	for files, want := range map[string]string{"train/a test/b val/c": "val/c.png", "train/a val/b": "val/b.png", "a b": ""} {
		all := map[string][]byte{}
		for f := range strings.FieldsSeq(files) {
			all[f+".png"] = gray(1, 1, 1)
		}
		unseen, err := ReadSplit(t.Context(), writeFiles(t, all), UnseenSplit, Options{})
		if err != nil || unseen.Len() != 1 || want != "" && unseen.Name(0) != want {
			t.Errorf("%s: unseen %+v, %v", files, unseen, err)
		}
	}
	s, err := ReadSplit(t.Context(), folder, UnlabelledSplit, Options{})
	if err != nil || s.Len() != 2 || s.Labels != nil || s.Name(1) != "train/unlabelled/d.png" {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = ReadSplit(t.Context(), "digits", UnlabelledSplit, Options{})
	wantError(t, err, "digits: has no images without a label beside others with one; put them into a folder unlabelled")
	d, err := load(t, folder, Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	if d.Unlabelled != nil || d.All().Len() != 3 || !slices.Equal(d.Report.LeftOut, []string{"2 images without a label"}) {
		t.Errorf("%+v, %q", d, d.Report.LeftOut)
	}
}
