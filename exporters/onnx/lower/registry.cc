#include "exporters/onnx/lower/registry.h"

#include <algorithm>

#include "exporters/onnx/lower/binary.h"
#include "exporters/onnx/lower/compare.h"
#include "exporters/onnx/lower/creation.h"
#include "exporters/onnx/lower/index.h"
#include "exporters/onnx/lower/matmul.h"
#include "exporters/onnx/lower/norm.h"
#include "exporters/onnx/lower/recurrence.h"
#include "exporters/onnx/lower/reduce.h"
#include "exporters/onnx/lower/shape.h"
#include "exporters/onnx/lower/sizes.h"
#include "exporters/onnx/lower/unary.h"

namespace conformance::onnx {
namespace {

std::vector<TranslationEntry> Table() {
  return {
      // one tensor, element by element
      {"aten.abs.default", LowerUnary<"Abs">},
      {"aten.neg.default", LowerNeg},
      {"aten.exp.default", LowerUnary<"Exp">},
      {"aten.log.default", LowerUnary<"Log">},
      {"aten.sqrt.default", LowerUnary<"Sqrt">},
      {"aten.rsqrt.default", LowerRsqrt},
      {"aten.reciprocal.default", LowerUnary<"Reciprocal">},
      {"aten.sin.default", LowerUnary<"Sin">},
      {"aten.cos.default", LowerUnary<"Cos">},
      {"aten.tanh.default", LowerUnary<"Tanh">},
      {"aten.sigmoid.default", LowerUnary<"Sigmoid">},
      {"aten.erf.default", LowerUnary<"Erf">},
      {"aten.relu.default", LowerRelu},
      {"aten.relu6.default", LowerRelu6},
      {"aten.silu.default", LowerSilu},
      {"aten.gelu.default", LowerGelu},
      {"aten.mish.default", LowerUnary<"Mish">},
      {"aten.hardswish.default", LowerUnary<"HardSwish">},
      {"aten.hardsigmoid.default", LowerHardsigmoid},
      {"aten.hardtanh.default", LowerHardtanh},
      {"aten.softplus.default", LowerSoftplus},
      {"aten.leaky_relu.default", LowerLeakyRelu},
      {"aten.elu.default", LowerElu},
      {"aten.selu.default", LowerUnary<"Selu">},
      {"aten.square.default", LowerSquare},
      {"aten.sign.default", LowerSign},
      {"aten.floor.default", LowerRounding<"Floor">},
      {"aten.ceil.default", LowerRounding<"Ceil">},
      {"aten.round.default", LowerRounding<"Round">},
      {"aten.clamp.default", LowerClamp},
      {"aten.clamp_min.default", LowerClamp},
      {"aten.clamp_max.default", LowerClamp},
      {"aten.clamp.Tensor", LowerClampTensor},
      {"aten.logical_not.default", LowerLogicalNot},
      {"aten.bitwise_not.default", LowerBitwiseNot},
      {"aten.isnan.default", LowerIsnan},
      {"aten.isinf.default", LowerIsinf},
      // two tensors, or a tensor and a number
      {"aten.add.Tensor", LowerAdd},
      {"aten.add.Scalar", LowerAdd},
      {"aten.sub.Tensor", LowerSub},
      {"aten.sub.Scalar", LowerSub},
      {"aten.rsub.Tensor", LowerRsub},
      {"aten.rsub.Scalar", LowerRsub},
      {"aten.mul.Tensor", LowerMul},
      {"aten.mul.Scalar", LowerMul},
      {"aten.div.Tensor", LowerDiv},
      {"aten.div.Scalar", LowerDiv},
      {"aten.div.Tensor_mode", LowerDivMode},
      {"aten.floor_divide.default", LowerFloorDivide},
      {"aten.remainder.Tensor", LowerRemainder},
      {"aten.remainder.Scalar", LowerRemainder},
      {"aten.pow.Tensor_Tensor", LowerPow},
      {"aten.pow.Tensor_Scalar", LowerPow},
      {"aten.pow.Scalar", LowerPowScalar},
      {"aten.maximum.default", LowerMaximum},
      {"aten.minimum.default", LowerMinimum},
      {"aten.max.other", LowerMaximum},
      {"aten.min.other", LowerMinimum},
      {"aten.eq.Tensor", LowerCompare<"Equal">},
      {"aten.eq.Scalar", LowerCompare<"Equal">},
      {"aten.ne.Tensor", LowerNotEqual},
      {"aten.ne.Scalar", LowerNotEqual},
      {"aten.lt.Tensor", LowerCompare<"Less">},
      {"aten.lt.Scalar", LowerCompare<"Less">},
      {"aten.le.Tensor", LowerCompare<"LessOrEqual">},
      {"aten.le.Scalar", LowerCompare<"LessOrEqual">},
      {"aten.gt.Tensor", LowerCompare<"Greater">},
      {"aten.gt.Scalar", LowerCompare<"Greater">},
      {"aten.ge.Tensor", LowerCompare<"GreaterOrEqual">},
      {"aten.ge.Scalar", LowerCompare<"GreaterOrEqual">},
      {"aten.logical_and.default", LowerLogical<"And">},
      {"aten.logical_or.default", LowerLogical<"Or">},
      {"aten.__and__.Tensor", LowerBitwise<"And", "BitwiseAnd">},
      {"aten.__and__.Scalar", LowerBitwise<"And", "BitwiseAnd">},
      {"aten.bitwise_and.Tensor", LowerBitwise<"And", "BitwiseAnd">},
      {"aten.bitwise_and.Scalar", LowerBitwise<"And", "BitwiseAnd">},
      {"aten.__or__.Tensor", LowerBitwise<"Or", "BitwiseOr">},
      {"aten.__or__.Scalar", LowerBitwise<"Or", "BitwiseOr">},
      {"aten.bitwise_or.Tensor", LowerBitwise<"Or", "BitwiseOr">},
      {"aten.bitwise_or.Scalar", LowerBitwise<"Or", "BitwiseOr">},
      {"aten.bitwise_xor.Tensor", LowerBitwise<"Xor", "BitwiseXor">},
      {"aten.bitwise_xor.Scalar", LowerBitwise<"Xor", "BitwiseXor">},
      // shapes and types
      {"aten.view.default", LowerReshape},
      {"aten.view_as.default", LowerReshape},
      {"aten.reshape.default", LowerReshape},
      {"aten.flatten.using_ints", LowerFlatten},
      {"aten.expand.default", LowerExpand},
      {"aten.expand_as.default", LowerExpandAs},
      {"aten.transpose.int", LowerTranspose},
      {"aten.permute.default", LowerPermute},
      {"aten.t.default", LowerT},
      {"aten.unsqueeze.default", LowerUnsqueeze},
      {"aten.squeeze.default", LowerSqueeze},
      {"aten.squeeze.dim", LowerSqueeze},
      {"aten.squeeze.dims", LowerSqueeze},
      {"aten.slice.Tensor", LowerSlice},
      {"aten.select.int", LowerSelect},
      {"aten.cat.default", LowerCat},
      {"aten.stack.default", LowerStack},
      {"aten.split.Tensor", LowerSplit},
      {"aten.split.sizes", LowerSplitSizes},
      {"aten.split_with_sizes.default", LowerSplitSizes},
      {"aten.chunk.default", LowerChunk},
      {"aten.unbind.int", LowerUnbind},
      {"aten.repeat.default", LowerRepeat},
      {"aten.repeat_interleave.self_int", LowerRepeatInterleave},
      {"aten.unfold.default", LowerUnfold},
      {"aten.pad.default", LowerPad},
      {"aten.constant_pad_nd.default", LowerPad},
      {"aten.roll.default", LowerRoll},
      {"aten.flip.default", LowerFlip},
      {"aten.tril.default", LowerTril},
      {"aten.triu.default", LowerTriu},
      {"aten.to.dtype", LowerCast},
      {"aten.to.device", LowerCast},
      {"aten.to.dtype_layout", LowerCast},
      {"aten.to.other", LowerCast},
      {"aten._to_copy.default", LowerCast},
      {"aten.type_as.default", LowerCast},
      {"aten.clone.default", LowerCast},
      {"aten.contiguous.default", LowerCast},
      // new tensors
      {"aten.arange.default", LowerArange},
      {"aten.arange.start", LowerArange},
      {"aten.arange.start_step", LowerArange},
      {"aten.full.default", LowerFull},
      {"aten.new_full.default", LowerFull},
      {"aten.ones.default", LowerOnes},
      {"aten.new_ones.default", LowerOnes},
      {"aten.zeros.default", LowerZeros},
      {"aten.new_zeros.default", LowerZeros},
      {"aten.empty.memory_format", LowerZeros},
      {"aten.full_like.default", LowerFullLike},
      {"aten.ones_like.default", LowerOnesLike},
      {"aten.zeros_like.default", LowerZerosLike},
      {"aten.empty_like.default", LowerZerosLike},
      {"aten.scalar_tensor.default", LowerScalarTensor},
      // positions
      {"aten.index.Tensor", LowerIndex},
      {"aten.index_put.default", LowerIndexPut},
      {"aten.index_select.default", LowerIndexSelect},
      {"aten.gather.default", LowerGather},
      {"aten.scatter.src", LowerScatter},
      {"aten.scatter.value", LowerScatterValue},
      {"aten.where.self", LowerWhere},
      {"aten.where.ScalarOther", LowerWhere},
      {"aten.where.ScalarSelf", LowerWhere},
      {"aten.where.Scalar", LowerWhere},
      {"aten.masked_fill.Scalar", LowerMaskedFill},
      {"aten.masked_fill.Tensor", LowerMaskedFill},
      {"aten.embedding.default", LowerEmbedding},
      {"aten.one_hot.default", LowerOneHot},
      {"aten.nonzero.default", LowerNonzero},
      {"aten.item.default", LowerItem},
      {"aten._local_scalar_dense.default", LowerItem},
      // reductions
      {"aten.sum.default", LowerReduce<"ReduceSum">},
      {"aten.sum.dim_IntList", LowerReduce<"ReduceSum">},
      {"aten.mean.default", LowerReduce<"ReduceMean">},
      {"aten.mean.dim", LowerReduce<"ReduceMean">},
      {"aten.amax.default", LowerAmax},
      {"aten.amin.default", LowerAmin},
      {"aten.max.default", LowerAmax},
      {"aten.min.default", LowerAmin},
      {"aten.max.dim", LowerMaxDim},
      {"aten.min.dim", LowerMinDim},
      {"aten.argmax.default", LowerArgmax},
      {"aten.argmin.default", LowerArgmin},
      {"aten.any.default", LowerAny},
      {"aten.any.dim", LowerAny},
      {"aten.any.dims", LowerAny},
      {"aten.all.default", LowerAll},
      {"aten.all.dim", LowerAll},
      {"aten.all.dims", LowerAll},
      {"aten.cumsum.default", LowerCumsum},
      {"aten.softmax.int", LowerSoftmax},
      {"aten._softmax.default", LowerSoftmax},
      {"aten._safe_softmax.default", LowerSafeSoftmax},
      {"aten.log_softmax.int", LowerLogSoftmax},
      {"aten._log_softmax.default", LowerLogSoftmax},
      {"aten.topk.default", LowerTopk},
      {"aten.sort.default", LowerSort},
      // layers
      {"aten.linear.default", LowerLinear},
      {"aten.matmul.default", LowerMatmul},
      {"aten.mm.default", LowerMatmul},
      {"aten.bmm.default", LowerMatmul},
      {"aten.addmm.default", LowerAddmm},
      {"aten._grouped_mm.default", LowerGroupedMm},
      {"transformers.grouped_mm_fallback.default", LowerGroupedMm},
      {"aten.baddbmm.default", LowerBaddbmm},
      {"aten.layer_norm.default", LowerLayerNorm},
      {"aten.rms_norm.default", LowerRmsNorm},
      {"aten.batch_norm.default", LowerBatchNorm},
      {"aten.conv1d.default", LowerConv},
      {"aten.conv1d.padding", LowerConv},
      {"aten.conv2d.default", LowerConv},
      {"aten.conv2d.padding", LowerConv},
      {"aten.max_pool2d.default", LowerMaxPool},
      {"aten.adaptive_avg_pool2d.default", LowerAdaptiveAvgPool},
      // recurrences
      {"conformance.linear_recurrence.default", LowerLinearRecurrence},
      // sizes
      {"aten.sym_size.int", LowerSymSize},
      {"_operator.add", LowerSizes<"Add">},
      {"_operator.sub", LowerSizes<"Sub">},
      {"_operator.mul", LowerSizes<"Mul">},
      {"_operator.mod", LowerSizes<"Mod">},
      {"_operator.pow", LowerSizes<"Pow">},
      {"_operator.floordiv", LowerSizeFloordiv},
      {"_operator.neg", LowerSizeNeg},
      {"torch.sym_max", LowerSizes<"Max">},
      {"torch.sym_min", LowerSizes<"Min">},
  };
}

}  // namespace

const std::vector<TranslationEntry>& Translations() {
  static const std::vector<TranslationEntry> table = Table();
  return table;
}

const TranslationEntry* FindTranslation(std::string_view target) {
  static const std::vector<const TranslationEntry*> sorted = [] {
    std::vector<const TranslationEntry*> entries;
    for (const TranslationEntry& entry : Translations()) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return a->target < b->target; });
    return entries;
  }();
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), target, [](const auto* entry, std::string_view name) { return entry->target < name; });
  return found != sorted.end() && (*found)->target == target ? *found : nullptr;
}

}  // namespace conformance::onnx
