"""Writes the files of tensor-files/: tensors as PyTorch and NumPy write them, and files that have to be refused.

usage: python3 make_tensor_files.py [folder]      (needs PyTorch 1.6 or later, and NumPy)
Element k of a tensor, in the order of its indices, is k - 2.5 unless the test says otherwise.
"""
import io, os, struct, sys, zipfile
from collections import OrderedDict
import numpy, torch

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "tensor-files")
os.makedirs(folder, exist_ok=True)
path = lambda name: os.path.join(folder, name)


def values(*shape, dtype=torch.float32):
    count = 1
    for extent in shape:
        count *= extent
    return (torch.arange(count).float() - 2.5).reshape(*shape).to(dtype)


def stored_as(tensor, order):
    """The same tensor whose elements lie in memory in another order of its dimensions."""
    back = [order.index(d) for d in range(len(order))]
    return tensor.permute(*order).contiguous().permute(*back)


base = torch.arange(10).float()
tensors = OrderedDict(
    row=values(3, 4),
    turned=stored_as(values(3, 4), [1, 0]),
    permuted=stored_as(values(4, 2, 3), [1, 2, 0]),
    half=values(3, 4, dtype=torch.float16),
    brain=values(3, 4, dtype=torch.bfloat16),
    double=values(3, 4, dtype=torch.float64),
    scalar=torch.tensor(7.5),
    empty=torch.zeros(0, 4),
    long=torch.arange(-2, 3),
    int=torch.tensor(32, dtype=torch.int32),
    flags=torch.tensor([True, False, True]),
    shared_middle=base[2:5],
    shared_second=base[1::2],
    expanded=torch.tensor([1.0, 2.0]).expand(3, 2),
    parameter=torch.nn.Parameter(values(2, 2)),
    nested={"inner": values(2), "list": [values(1), 5], "pair": (True, None)},
    activation="ReLU",
    share=0.25,
    size=torch.Size([2, 3]),
    device=torch.device("cpu"),
    dtype=torch.float32,
    many=2**40,
)
torch.save(tensors, path("tensors.pt"))
linear = torch.nn.Linear(3, 2).double()
linear.weight.data = values(2, 3, dtype=torch.float64)
torch.save(linear.state_dict(), path("state-dict.bin"))


class Foreign:
    def __init__(self):
        self.value = 1


sys.modules["evil"] = sys.modules["__main__"]
Foreign.__module__ = "evil"
torch.save({"weight": values(2), "config": Foreign()}, path("class.pt"))
torch.save({"weight": values(2)}, path("legacy.pt"), _use_new_zipfile_serialization=False)
torch.save({"weight": values(2)}, path("protocol4.pt"), pickle_protocol=4)
bad = values(3, 4)
bad[1, 2] = float("nan")
bad[2, 0] = float("inf")
torch.save({"turned": stored_as(bad, [1, 0]), "beyond": torch.tensor([1e300], dtype=torch.float64)}, path("nan.pt"))

# The same file with the sizes and places of its entries in 64 bits, as one of more than 4 GiB has them, and big-endian.
source = io.BytesIO()
torch.save({"weight": values(2, 3)}, source)
entries = {name: zipfile.ZipFile(source).read(name) for name in zipfile.ZipFile(source).namelist()}


def zip64(entries):
    body, directory = b"", b""
    for name, data in entries.items():
        crc, raw = zipfile.crc32(data), name.encode()
        extra = struct.pack("<HHQQQ", 1, 24, len(data), len(data), len(body))
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(raw), len(extra), 0, 0, 0, 0, 0xFFFFFFFF) + raw + extra
        local = struct.pack("<HHQQ", 1, 16, len(data), len(data))
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(raw), len(local)) + raw + local + data
    end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, len(entries), len(entries), len(directory), len(body))
    locator = struct.pack("<IIQI", 0x07064B50, 0, len(body) + len(directory), 1)
    return body + directory + end + locator + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)


with open(path("zip64.pt"), "wb") as file:
    file.write(zip64(entries))
with zipfile.ZipFile(path("big-endian.pt"), "w") as file:
    for name, data in entries.items():
        file.writestr(name, numpy.frombuffer(data, "<f4").astype(">f4").tobytes() if "/data/" in name else data)
    file.writestr("archive/byteorder", "big")

grid = numpy.arange(12, dtype=numpy.float32).reshape(3, 4) - 2.5
arrays = dict(row=grid, column=numpy.asfortranarray(grid), half=grid.astype("<f2"), double=grid.astype("<f8"), big=grid.astype(">f4"), scalar=numpy.float32(7.5), long=numpy.arange(-2, 3), empty=numpy.zeros((0, 4), "f4"))
numpy.savez(path("arrays.npz"), **arrays)
numpy.savez_compressed(path("compressed.npz"), **arrays)
numpy.savez(path("objects.npz"), weight=numpy.array([{}, 1], dtype=object))
numpy.save(path("array.npy"), grid)
numpy.save(path("complex.npy"), grid.astype("c8"))
